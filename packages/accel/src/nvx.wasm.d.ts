/** The module of the kernels, for `load()`: as bundlers for runtimes that forbid compiling at run time hand it over. */
declare const module: object;
export default module;
