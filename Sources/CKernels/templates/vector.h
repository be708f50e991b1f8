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

#pragma clang fp contract(fast)

typedef float vf __attribute__((ext_vector_type(R2_LANES)));
typedef float vf_memory __attribute__((ext_vector_type(R2_LANES), aligned(4)));

typedef int32_t vi __attribute__((ext_vector_type(R2_LANES)));
typedef uint8_t vb __attribute__((ext_vector_type(R2_LANES)));
typedef uint8_t vb_memory __attribute__((ext_vector_type(R2_LANES), aligned(1)));

enum { LANES = R2_LANES };

#define LOAD(p) ((vf)(*(const vf_memory *)(p)))
#define STORE(p, v) (*(vf_memory *)(p) = (v))
/// max(x, 0) that lets NaN through.
#define RELU(x) ((x) < 0 ? (vf)0 : (x))

R2_INLINE void finish_store(vf value, float *to, const float *residual, int relu) {
  if (residual) value += LOAD(residual);
  if (relu) value = RELU(value);
  STORE(to, value);
}
