/** Variables whose value makes another program run than the one that was named, as a pattern of their names. */
export const runDeciding = "(?:PATH|BASH_ENV|NODE_OPTIONS|LD_PRELOAD|LD_LIBRARY_PATH|LD_AUDIT)$|DYLD_"
