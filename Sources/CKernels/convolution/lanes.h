// What packing computes with: vectors of a panel's 16 output channels, in plain C. Its loops are compiled for
// three levels of x86-64, of which the loader takes the best that the CPU has. All give the same bits: no
// product and sum becomes one instruction.
#ifndef R2_LANES_H
#define R2_LANES_H

#include <stdint.h>
#include <string.h>

#include "../include/kernels.h"

#pragma STDC FP_CONTRACT OFF

// ThreadSanitizer would watch the loader's choice before it is ready itself.
#if defined(__x86_64__) && defined(__GLIBC__) && !__has_feature(thread_sanitizer)
#define R2_LEVELS __attribute__((flatten, target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define R2_LEVELS
#endif

typedef double r2_doubles __attribute__((ext_vector_type(R2_BLOCK)));
typedef float r2_floats __attribute__((ext_vector_type(R2_BLOCK)));
typedef int32_t r2_ints __attribute__((ext_vector_type(R2_BLOCK)));
typedef int8_t r2_bytes __attribute__((ext_vector_type(R2_BLOCK)));

// From and to memory that need not be aligned. Functions take vectors by address: by value, how they are
// handed over would depend on the level.
#define R2_READ(vector, from) memcpy(&(vector), (from), sizeof(vector))
#define R2_WRITE(to, vector) memcpy((to), &(vector), sizeof(vector))

#endif
