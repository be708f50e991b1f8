// AVX-512: 32 registers of 16 lanes, so 14 rows of two panels. With bfloat16 where the CPU has it.
#include "include/kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma"))), apply_to = function)
#define R2_LANES 16
#define R2_SUFFIX avx512
#define R2_BF16_SUFFIX avx512_bf16
#define PRODUCT_ROWS 14
#define PRODUCT_VECTORS 2
#include "table.inl"
#pragma clang attribute pop

static const r2_kernels table = TABLE(.f32 = OPERANDS(R2_NAME));
static const r2_kernels table_bf16 = TABLE(.f32 = OPERANDS(R2_NAME), .bf16 = OPERANDS(R2_BF16_NAME));

const r2_kernels *r2_kernels_avx512(void) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512dq"))
    return NULL;
  return __builtin_cpu_supports("avx512bf16") ? &table_bf16 : &table;
}
#else
const r2_kernels *r2_kernels_avx512(void) { return NULL; }
#endif
