/** The module of the kernels, for `load()`. Bundlers for runtimes that forbid compiling at run time provide it in this form. */
declare const module: object;
export default module;
