// AVX-512: 32 registers of 16 lanes, so 14 rows of two panels. With bfloat16 and 8-bit products (VNNI) where
// the CPU has them.
#include "isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 "avx512f,avx512bw,avx512vl,avx512dq,fma"

#pragma clang attribute push(__attribute__((target(AVX512))), apply_to = function)
#define R2_LANES 16
#define R2_SUFFIX avx512
#define PRODUCT_ROWS 14
#define PRODUCT_VECTORS 2
#include "../templates/table.inl"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target(AVX512 ",avx512bf16"))), apply_to = function)
#define R2_BF16_SUFFIX avx512_bf16
#define BF16_FMA(sum, a, b) ((vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b)))
#define BF16_STORE(p, v) _mm256_storeu_si256((__m256i *)(p), (__m256i)_mm512_cvtneps_pbh((__m512)(v)))
#include "../templates/bf16.inl"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target(AVX512 ",avx512vnni"))), apply_to = function)
#define R2_INT8_SUFFIX avx512_int8
#define INT8_SIGNED 0
#define INT8_LARGEST 255
#define INT8_PAIR 0
#define INT8_DOT(sum, a, b) ((vf)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#include "../templates/int8.inl"
#pragma clang attribute pop

int r2_fill_avx512(r2_kernels *table) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
    return 0;
  FILL_TABLE(table, "avx512");
  FILL_F32(table);
  if (__builtin_cpu_supports("avx512bf16")) FILL_BF16(table);
  // Zen 4 and later multiply at twice the rate of float32, Intel's cores at half of that and round besides.
  table->slow[R2_BF16] = table->fast[R2_BF16] && __builtin_cpu_is("intel");
  if (__builtin_cpu_supports("avx512vnni")) INT8_NAME(fill)(table);
  return 1;
}
#else
int r2_fill_avx512(r2_kernels *table) { return (void)table, 0; }
#endif
