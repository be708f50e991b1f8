// Buffers between pages that must not be touched.
#pragma once
#include <stddef.h>

// Whether the buffers of this thread end where their pages do, or begin there.
void guard_at_end(int at_end);

// `count` floats between guards, 64-byte aligned.
float *guarded(size_t count);
// Whether nothing was written to the rest of the pages.
int intact(const float *content, size_t count);
void release(float *content, size_t count);
