// Vectors of R2_LANES floats in plain C: clang's vector extension, so that one text serves every instruction
// set. Before it is included, R2_LANES and R2_SUFFIX are defined and the target attribute is pushed.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../assertions.h"
#include "../include/kernels.h"
#include "places.h"

#define R2_PASTE2(a, b) a##_##b
#define R2_PASTE(a, b) R2_PASTE2(a, b)
#define R2_NAME(name) R2_PASTE(name, R2_SUFFIX)
#define R2_STRING2(a) #a
#define R2_STRING(a) R2_STRING2(a)

// Loops whose bounds are constants, and which the compiler must unroll: they index registers.
#define R2_EACH_FROM(i, first, end) _Pragma("clang loop unroll(full)") for (int i = (first); i < (end); i++)
#define R2_EACH(i, end) R2_EACH_FROM(i, 0, end)
#define R2_EACH_PART(i) _Pragma("clang loop unroll(full)") for (int i = 0; i < R2_BLOCK; i += LANES)
// The same for long bodies: 16 times what one lane takes would be too much code.
#define R2_FOR_PART(i) for (int i = 0; i < R2_BLOCK; i += LANES)

#pragma clang fp contract(fast)

typedef float vf __attribute__((ext_vector_type(R2_LANES)));
typedef float vf_memory __attribute__((ext_vector_type(R2_LANES), aligned(4)));

typedef int32_t vi __attribute__((ext_vector_type(R2_LANES)));
typedef uint8_t vb __attribute__((ext_vector_type(R2_LANES)));
typedef uint8_t vb_memory __attribute__((ext_vector_type(R2_LANES), aligned(1)));

enum { LANES = R2_LANES };

// The lanes with even, or odd, numbers of two vectors, one behind the other.
#if R2_LANES == 16
#define EVEN_LANES(a, b) \
  __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD_LANES(a, b) \
  __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#elif R2_LANES == 8
#define EVEN_LANES(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#elif R2_LANES == 4
#define EVEN_LANES(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#else
#define EVEN_LANES(a, b) (a)
#define ODD_LANES(a, b) (b)
#endif

#define LOAD(p) ((vf)(*(const vf_memory *)(p)))
#define STORE(p, v) (*(vf_memory *)(p) = (v))
/// max(x, 0) that lets NaN through.
#define RELU(x) ((x) < 0 ? (vf)0 : (x))

R2_INLINE void finish_store(vf value, float *to, const float *residual, int relu) {
  if (residual) value += LOAD(residual);
  if (relu) value = RELU(value);
  STORE(to, value);
}
