// 8-bit V: some tiles at a time are transformed in float32, and then made integers, with a scale of their own
// for every position. A scale depends on its tile alone, so the same window gives the same bits whatever is
// run beside it.
#include "../assertions.h"
#include "method.h"

// Less than half of a first cache, which the activations and V share with it.
enum { SCRATCH_FLOATS = 4700 };

static size_t tile_floats(const r2_conv *conv) {
  return (size_t)conv->positions * (size_t)conv->v_segments * (size_t)conv->blocks * (size_t)conv->v_frames *
         R2_BLOCK;
}

int r2_quantized_tiles(const r2_conv *conv) {
  size_t tiles = SCRATCH_FLOATS / tile_floats(conv);
  return tiles < 1 ? 1 : (int)tiles;
}

size_t r2_quantized_floats(const r2_conv *conv) {
  if (!r2_scaled(conv->operands)) return 0;
  return (size_t)r2_quantized_tiles(conv) * tile_floats(conv);
}

void r2_quantized_input(const r2_group *group, r2_range piece, r2_input v, float *scratch) {
  const r2_conv *conv = group->conv;
  if (conv->method->integers) return conv->method->integers(group, piece, v);
  int most = r2_quantized_tiles(conv);
  r2_range blocks = {0, conv->blocks};
  for (int first = 0; first < piece.count; first += most) {
    r2_range tiles = {piece.first + first, r2_smaller(most, piece.count - first)};
    r2_input f32 = {.base = scratch, .chunks = conv->blocks, .positions = conv->positions};
    conv->method->input(group, tiles, blocks, f32);
    r2_transformed from = r2_transformed_of(conv, f32), to = r2_transformed_of(conv, v);
    r2_quantization quantization = {
        .tiles = tiles.count,
        .positions = conv->positions,
        .segments = group->segments.count,
        .blocks = conv->blocks,
        .frames = conv->v_frames,
        .is_signed = conv->v_signed,
    };
    from.base += group->segments.first * from.segment;
    to.base += group->segments.first * to.segment + (ptrdiff_t)first * R2_BLOCK;
    group->operands->quantize(&quantization, &from, &to, v.scale + (ptrdiff_t)first * quantization.positions);
  }
}
