// Preconditions, checked in debug builds: SwiftPM defines DEBUG there, the C programs of Tests are given it.
#ifndef R2_ASSERTIONS_H
#define R2_ASSERTIONS_H

#ifdef DEBUG
#undef NDEBUG
#include <assert.h>
#define R2_ASSERT(condition) assert(condition)
#else
#define R2_ASSERT(condition) ((void)0)
#endif

#endif
