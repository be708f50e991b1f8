// AVX2 with FMA: 16 registers of 8 lanes, so 6 rows of one panel. With 8-bit products where the CPU has
// AVX-VNNI.
#include "isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define R2_LANES 8
#define R2_SUFFIX avx2
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "../templates/table.inl"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#define R2_INT8_SUFFIX avxvnni_int8
#define INT8_SIGNED 0
#define INT8_DOT(sum, a, b) ((vf)_mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(a), (__m256i)(b)))
#include "../templates/int8.inl"
#pragma clang attribute pop

int r2_fill_avx2(r2_kernels *table) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  FILL_TABLE(table);
  FILL_F32(table);
  if (__builtin_cpu_supports("avxvnni")) FILL_INT8(table);
  return 1;
}
#else
int r2_fill_avx2(r2_kernels *table) { return (void)table, 0; }
#endif
