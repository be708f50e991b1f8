// Everything of one instruction set, and how it fills a table.
#include "vector.h"

// Checked to the byte, as sanitizers do it, these loops would keep the compiler busy for hours. Guard pages
// around every buffer of theirs catch the same: see Tests/Portability/kernels.c.
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread", "undefined"))), \
                             apply_to = function)

#define PRODUCT_NAME(name) R2_NAME(name)
#define PRODUCT_FMA(sum, a, b) ((sum) + (a) * (b))
#define PRODUCT_INIT 0
#include "product.inl"

static void R2_NAME(stem_product)(const r2_product *p) {
  PRODUCT_NAME(product_panels)(p, R2_STEM_ROW, R2_STEM_CHUNK);
}

#include "lines.inl"

#define V_TYPE float
#define V_NAME(name) R2_NAME(name)
#define V_STORE(p, v) STORE(p, v)
#define V_VALUES 1
#include "inputs.inl"

#define M_NAME(name) R2_NAME(name)
#define M_SCALED 0
#define M_LOAD(source, k) LOAD((source)->m + (k) * (source)->position)
#include "layers.inl"
#include "outputs.inl"
#pragma clang attribute pop

#define FILL_OPERANDS(TABLE, TYPE, NAME)                                     \
  ((TABLE)->fast[TYPE] = 1, (TABLE)->operands[TYPE] = (r2_operands){         \
                                .product = NAME(product),                    \
                                .spatial_input = NAME(spatial_input),        \
                                .polyphase_input = NAME(polyphase_input),    \
                                .temporal_input = NAME(temporal_input),      \
                                .gather_input = NAME(gather_input),          \
                                .spatial_output = R2_NAME(spatial_output),   \
                                .temporal_output = R2_NAME(temporal_output), \
                                .direct_output = R2_NAME(direct_output),     \
                            })

#define FILL_TABLE(TABLE, NAME)                                                                            \
  ((TABLE)->name = R2_STRING(R2_SUFFIX), (TABLE)->max_panels = PRODUCT_VECTORS * LANES > R2_BLOCK ? 2 : 1, \
   (TABLE)->stem_product = NAME(stem_product), (TABLE)->pool = NAME(pool), (TABLE)->linear = NAME(linear))
