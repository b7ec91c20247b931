// What a message may cost to read, beside its size: the same for every format, so that what was read in one can be
// written in another.

/** How many lists and dictionaries may stand within each other, the message itself among them. */
export const MAX_DEPTH = 1000;

/** Said of a message that goes deeper. */
export const TOO_DEEP: string = `more than ${MAX_DEPTH} lists and dictionaries within each other`;

/** The most bytes of an integer: to make decimal digits of one takes more than linear time. */
export const MAX_INTEGER_SIZE = 1024;
