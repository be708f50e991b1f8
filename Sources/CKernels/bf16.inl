// The same transforms and products with operands in bfloat16: 32 values in the 64 bytes that hold 16 floats.
#include <immintrin.h>

#undef PRODUCT_NAME
#undef PRODUCT_FMA
#undef V_TYPE
#undef V_NAME
#undef V_STORE
#undef V_AT

#define R2_BF16_NAME(name) R2_PASTE(name, R2_BF16_SUFFIX)

#define PRODUCT_NAME(name) R2_BF16_NAME(name)
#define PRODUCT_FMA(sum, a, b) ((vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b)))
#include "product.inl"

#define V_TYPE uint16_t
#define V_NAME(name) R2_BF16_NAME(name)
#define V_STORE(p, v) _mm256_storeu_si256((__m256i *)(p), (__m256i)_mm512_cvtneps_pbh((__m512)(v)))
#define V_AT(v, chunk_stride, block, tile) \
  ((V_TYPE *)(v) + ((block) >> 1) * (chunk_stride) + (ptrdiff_t)(tile) * 2 * R2_BLOCK + ((block) & 1) * R2_BLOCK)
#include "inputs.inl"
