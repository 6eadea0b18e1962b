/* SPDX-License-Identifier: ISC */
#pragma once

/* What detainerctl says to scripts by its exit status. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,     /* the daemon said no (4xx), or what was waited for did not come */
    EXIT_USAGE = 2,       /* the command line is wrong, or a file named there; nothing was sent */
    EXIT_UNREACHABLE = 3, /* the daemon cannot be reached, or failed; or a file cannot be read */
    EXIT_INCOMPLETE = 4,  /* rows of a file that is reviewed could not be used */
};
