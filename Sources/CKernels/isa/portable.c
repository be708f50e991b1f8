// Four lanes of whatever the compiler's baseline is: SSE2 on x86-64, NEON on arm64. On arm64 with 8-bit
// products where the CPU has them (dotprod, Armv8.4).
#include "isa.h"

#define R2_LANES 4
#define R2_SUFFIX portable
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "../templates/table.inl"

#if defined(__aarch64__) && defined(__linux__)
#include <arm_neon.h>
#include <sys/auxv.h>

// Both operands of the instruction are signed.
#define TOP_BITS ((int32_t)0x80808080)

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define R2_INT8_SUFFIX dotprod_int8
#define INT8_SIGNED 128
#define INT8_DOT(sum, a, b) ((vf)vdotq_s32((int32x4_t)(sum), (int8x16_t)((vi)(a) ^ TOP_BITS), (int8x16_t)(b)))
#include "../templates/int8.inl"
#pragma clang attribute pop

static int fill_int8(r2_kernels *table) {
  if (!(getauxval(AT_HWCAP) & HWCAP_ASIMDDP)) return 0;
  FILL_INT8(table);
  return 1;
}
#else
static int fill_int8(r2_kernels *table) { return (void)table, 0; }
#endif

int r2_fill_portable(r2_kernels *table) {
  FILL_TABLE(table);
  FILL_F32(table);
  fill_int8(table);
  return 1;
}
