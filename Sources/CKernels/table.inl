// Everything of one instruction set, and its table.
#include "vector.h"

// Checked to the byte, as sanitizers do it, these loops would keep the compiler busy for hours. Guard pages around
// every buffer of theirs catch the same: see Tests/Portability/kernels.c.
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread", "undefined"))), apply_to = function)

#define PRODUCT_NAME(name) R2_NAME(name)
#define PRODUCT_FMA(sum, a, b) ((sum) + (a) * (b))
#include "product.inl"

static void R2_NAME(stem_product)(const r2_product *p) { PRODUCT_NAME(product_panels)(p, R2_STEM_ROW, R2_STEM_CHUNK); }

#include "lines.inl"

#define V_TYPE float
#define V_NAME(name) R2_NAME(name)
#define V_STORE(p, v) STORE(p, v)
#define V_AT(v, chunk_stride, block, tile) ((V_TYPE *)(v) + (block) * (chunk_stride) + (ptrdiff_t)(tile) * R2_BLOCK)
#include "inputs.inl"

#include "outputs.inl"

#ifdef R2_BF16_SUFFIX
#include "bf16.inl"
#endif
#pragma clang attribute pop

#define OPERANDS(NAME)                                                                                 \
  {                                                                                                    \
    .product = NAME(product), .spatial_input = NAME(spatial_input), .polyphase_input = NAME(polyphase_input), \
    .temporal_input = NAME(temporal_input), .gather_input = NAME(gather_input),                        \
  }

#define TABLE(...)                                                                                       \
  {                                                                                                      \
    .name = R2_STRING(R2_SUFFIX), .max_panels = PRODUCT_VECTORS * LANES > R2_BLOCK ? 2 : 1, __VA_ARGS__, \
    .stem_product = R2_NAME(stem_product), .spatial_output = R2_NAME(spatial_output),                    \
    .temporal_output = R2_NAME(temporal_output), .direct_output = R2_NAME(direct_output),                \
    .pool = R2_NAME(pool), .linear = R2_NAME(linear),                                                    \
  }
