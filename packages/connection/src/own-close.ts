/** A connection that can be closed with a code. */
export interface Closable {
  close(code: number, reason?: string): Promise<unknown>;
}

/**
 * Closes with a code of this package's own choice, such as 1001. Browsers accept only 1000 and 3000 to 4999: there
 * 3000 is added, such as 4001.
 */
export async function closeWithOwn(connection: Closable, code: number, reason = ''): Promise<void> {
  try {
    await connection.close(code, reason);
  } catch (error) {
    if (!(error instanceof RangeError) || code === 1000) throw error;
    await connection.close(code + 3000, reason);
  }
}
