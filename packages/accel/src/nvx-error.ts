import { WsError } from '@ws/util';

/** The kernels were required, and do not run here. */
export class NvxError extends WsError<'ERR_NVX_UNAVAILABLE'> {
  override readonly name = 'NvxError';

  /** @param reason why, as in `Accelerator.reason` */
  constructor(reason: string) {
    super('ERR_NVX_UNAVAILABLE', `NVX acceleration is required, but not available: ${reason}`);
  }
}
