// AVX2 with FMA: 16 registers of 8 lanes, so 6 rows of one panel.
#include "include/kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define R2_LANES 8
#define R2_SUFFIX avx2
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "table.inl"
#pragma clang attribute pop

static const r2_kernels table = TABLE(.f32 = OPERANDS(R2_NAME));

const r2_kernels *r2_kernels_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &table : NULL;
}
#else
const r2_kernels *r2_kernels_avx2(void) { return NULL; }
#endif
