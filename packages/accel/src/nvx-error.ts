import { WsError } from '@ws/util';

/** Thrown when the kernels are required and do not run here. */
export class NvxError extends WsError<'ERR_NVX_UNAVAILABLE'> {
  override readonly name = 'NvxError';

  /** @param reason why they do not run, as in `Accelerator.reason` */
  constructor(reason: string) {
    super('ERR_NVX_UNAVAILABLE', `NVX acceleration is required, but not available: ${reason}`);
  }
}
