// Everything of one instruction set, and how it fills a table.
#include "vector.h"

// Checked to the byte, as sanitizers do it, these loops would keep the compiler busy for hours. Guard pages
// around every buffer of theirs catch the same: see Tests/KernelHarness/trial.c.
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread", "undefined"))), \
                             apply_to = function)

#define PRODUCT_NAME(name) R2_NAME(name)
#define PRODUCT_FMA(sum, a, b) ((sum) + (a) * (b))
#define PRODUCT_INIT 0
#include "lines.inl"
#include "product.inl"

#define V_TYPE float
#define V_NAME(name) R2_NAME(name)
#define V_STORE(p, v) STORE(p, v)
#define V_VALUES 1
#include "inputs.inl"

#define M_NAME(name) R2_NAME(name)
#define M_SCALED 0
#include "dense.inl"
#include "layers.inl"
#include "outputs.inl"
#pragma clang attribute pop

// Slots of one type of operands, from products, inputs and outputs that bear the names of one or another.
#define FILL_OPERANDS(TABLE, TYPE, PRODUCT, INPUT, OUTPUT)                             \
  ((TABLE)->fast[TYPE] = 1,                                                            \
   (TABLE)->operands[TYPE] = (r2_operands){.product = PRODUCT(product),                \
                                           .spatial_input = INPUT(spatial_input),      \
                                           .polyphase_input = INPUT(polyphase_input),  \
                                           .temporal_input = INPUT(temporal_input),    \
                                           .gather_input = INPUT(gather_input),        \
                                           .spatial_output = OUTPUT(spatial_output),   \
                                           .temporal_output = OUTPUT(temporal_output), \
                                           .direct_output = OUTPUT(direct_output)})
#define FILL_F32(TABLE) FILL_OPERANDS(TABLE, R2_F32, R2_NAME, R2_NAME, R2_NAME)
#define FILL_BF16(TABLE) FILL_OPERANDS(TABLE, R2_BF16, R2_BF16_NAME, R2_BF16_NAME, R2_NAME)

#define FILL_TABLE(TABLE, NAME)                                                            \
  ((TABLE)->name = NAME, (TABLE)->max_panels = PRODUCT_VECTORS * LANES > R2_BLOCK ? 2 : 1, \
   (TABLE)->pool = R2_NAME(pool), (TABLE)->linear = R2_NAME(linear), (TABLE)->dense = R2_NAME(dense))
