export * from './bzip2/index.ts';
export * from './deflate/index.ts';
