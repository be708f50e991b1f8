// The products of a piece, position by position.
#include "../assertions.h"
#include "method.h"

r2_range r2_valid_taps(const r2_conv *conv, int frame) {
  const r2_geometry *g = &conv->geometry;
  int start = frame * g->stride_t - g->pad_t, first = start < 0 ? -start : 0;
  return (r2_range){first, r2_smaller(g->kernel_t, conv->frames - start) - first};
}

r2_transformed r2_transformed_of(const r2_conv *conv, r2_input v) {
  ptrdiff_t frame = (ptrdiff_t)(v.positions ? 1 : v.tiles) * R2_BLOCK, chunk = frame * conv->v_frames;
  ptrdiff_t segment = chunk * v.chunks, position = segment * conv->v_segments;
  if (!v.positions) position = r2_odd_lines(position);
  return (r2_transformed){.base = v.base,
                          .position = position,
                          .segment = segment,
                          .chunk = chunk,
                          .frame = frame,
                          .tile = v.positions ? v.positions * position : R2_BLOCK};
}

r2_product r2_product_of(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  const r2_conv *conv = group->conv;
  r2_transformed lines = r2_transformed_of(conv, v);
  ptrdiff_t depth = (ptrdiff_t)conv->segments * conv->k * R2_BLOCK;
  r2_product product = {
      .a = v.base,
      .chunk_stride = lines.chunk,
      .segment_stride = lines.segment,
      .rows = piece.count,
      .k = conv->k,
      .segments = conv->segments,
      .panel_stride_b = depth * conv->positions,
      .c = m,
      .panel_stride_c = r2_odd_lines((ptrdiff_t)piece.count * R2_BLOCK) * conv->positions,
      .panels = panels.count,
      .is_shared = conv->by_channels,
      // the next positions' weights but one, or the next panels': they come in time however long memory takes
      .ahead = 2 * depth,
  };
  product.b = conv->weights + panels.first * product.panel_stride_b;
  if (r2_scaled(conv->operands)) {
    product.panel_stride_sums = (ptrdiff_t)conv->positions * conv->segments * R2_BLOCK;
    product.weight_sums = conv->sums + panels.first * product.panel_stride_sums;
    product.is_signed = conv->v_signed;
  }
  return product;
}

void r2_only_segments(const r2_conv *conv, r2_product *product, r2_range segments) {
  R2_ASSERT(segments.first >= 0 && segments.first + segments.count <= conv->segments);
  product->segments = segments.count;
  product->b += (ptrdiff_t)segments.first * conv->k * R2_BLOCK;
  if (product->weight_sums) product->weight_sums += (ptrdiff_t)segments.first * R2_BLOCK;
}

r2_sums r2_multiply(const r2_group *group, const r2_product *product, r2_input v, r2_range panels) {
  const r2_conv *conv = group->conv;
  int positions = conv->positions;
  R2_ASSERT(panels.first >= 0 && panels.count > 0 && panels.first + panels.count <= conv->panels);
  ptrdiff_t depth = product->panel_stride_b / positions, sums = product->panel_stride_c / positions;
  ptrdiff_t weight_sums = product->panel_stride_sums / positions;
  ptrdiff_t lines = r2_odd_lines((ptrdiff_t)conv->v_segments * conv->chunks * product->chunk_stride);
  r2_product at = *product;
  for (int n = 0; n < positions; n++, at.a += lines, at.b += depth, at.c += sums) {
    if (conv->method->narrow) {
      r2_product narrow = at;
      conv->method->narrow(conv, n, &narrow);
      group->operands->product(&narrow);
    } else {
      group->operands->product(&at);
    }
    if (at.weight_sums) at.weight_sums += weight_sums;
  }
  r2_sums result = {.base = product->c, .position = sums, .panel = product->panel_stride_c, .panels = panels};
  if (r2_scaled(conv->operands)) {
    result.u_panel = (ptrdiff_t)positions * R2_BLOCK;
    result.u_scale = conv->scale + panels.first * result.u_panel;
    result.v_scale = v.scale;
    result.v_tile = positions;
  }
  return result;
}
