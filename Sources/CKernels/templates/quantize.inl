// From V in float32 to V in integers up to INT8_LARGEST. Before it is included: INT8_NAME, INT8_LARGEST and
// INT8_OFFSET, half of what they hold.

// The largest integer where `offset` is added, and where it is 0; what a number is added to that is rounded.
#define INT8_LIMIT(offset) ((float)((offset) ? INT8_OFFSET - 1 : INT8_LARGEST))
#define INT8_MAGIC(offset) (12582912.0f + (float)(offset))

// The largest magnitude of a lane among lines that lie one behind the other, as bits: NaN and infinity are
// larger than any number.
R2_INLINE vi INT8_NAME(largest)(const float *line, const int lines) {
  vi most = 0;
#pragma clang loop unroll_count(16)
  for (int n = 0; n < lines * R2_BLOCK; n += LANES) {
    vi bits = (vi)LOAD(line + n) & 0x7FFFFFFF;
    most = bits > most ? bits : most;
  }
  return most;
}

// Lane i becomes the largest lane of vector i: neighbours are compared, and what is left of two vectors is
// put into one, until there is one.
R2_INLINE vi INT8_NAME(largest_lanes)(vi *most) {
#pragma clang loop unroll(full)
  for (int width = LANES; width > 1; width /= 2)
    R2_EACH(i, width / 2) {
      vi even = EVEN_LANES(most[2 * i], most[2 * i + 1]), odd = ODD_LANES(most[2 * i], most[2 * i + 1]);
      most[i] = even > odd ? even : odd;
    }
  return most[0];
}

// Scales of values up to `bits`, and the factors that make integers of them. Numbers near the smallest count
// as 0: nothing is divided by them. What is not finite becomes NaN.
R2_INLINE vf INT8_NAME(scales_of)(vi bits, float limit, float *factor) {
  vf largest = (vf)bits, worth = largest * (1 / limit), inverse = limit / largest;
  vi is_finite = bits < 0x7F800000, counts = is_finite & (largest > 0x1p-100f);
  STORE(factor, counts ? inverse : (vf)0);
  return counts ? worth : is_finite ? (vf)0 : (vf)NAN;
}

// A number added to 1.5 · 2²³ is rounded to an integer, half to even, which the lowest byte then holds. None
// lies below `magic` minus its offset, whatever a caller has promised.
R2_INLINE vi INT8_NAME(rounded)(const float *from, float factor, float magic) {
  vf value =
      __builtin_elementwise_fma(LOAD(from), (vf)factor, (vf)magic);  // the same bits on every instruction set
  return magic > 12582912.0f ? (vi)value : (vi)(value < magic ? (vf)magic : value);
}

// Four blocks to one line.
R2_INLINE void INT8_NAME(whole_line)(const float *from, ptrdiff_t block, float factor, float magic,
                                     float *to) {
  R2_EACH_PART(part) {
    vi q0 = INT8_NAME(rounded)(from + part, factor, magic) & 255,
       q1 = INT8_NAME(rounded)(from + block + part, factor, magic) & 255;
    vi q2 = INT8_NAME(rounded)(from + 2 * block + part, factor, magic) & 255,
       q3 = INT8_NAME(rounded)(from + 3 * block + part, factor, magic) & 255;
    STORE(to + part, (vf)(q0 | q1 << 8 | q2 << 16 | q3 << 24));
  }
}

// One block to a quarter of a line.
R2_INLINE void INT8_NAME(quarter_line)(const float *from, float factor, const float magic, uint8_t *to) {
  R2_EACH_PART(part)
    *(vb_memory *)(to + part) = __builtin_convertvector(INT8_NAME(rounded)(from + part, factor, magic), vb);
}

// All lines of a position, `source` to `line`. Blocks lie `frames` lines apart.
R2_INLINE void INT8_NAME(integers)(const float *source, const r2_transformed to, float *line, float factor,
                                   const float magic, const int segments, const int blocks,
                                   const int frames) {
  for (int segment = 0; segment < segments; segment++, line += to.segment) {
    float *target = line;
    int block = 0;
    for (; block + 4 <= blocks; block += 4, target += to.chunk, source += 3 * frames * R2_BLOCK)
      for (int frame = 0; frame < frames; frame++, source += R2_BLOCK)
        INT8_NAME(whole_line)(source, frames * R2_BLOCK, factor, magic, target + frame * to.frame);
    for (int quarter = 0; block < blocks; block++, quarter++)
      for (int frame = 0; frame < frames; frame++, source += R2_BLOCK) INT8_NAME(quarter_line)
    (source, factor, magic, (uint8_t *)(target + frame * to.frame) + quarter * R2_BLOCK);
  }
}

// LANES positions at a time, of as many tiles as they are: no largest value waits for the one before. Strides
// are copied, or every integer written could be one of them.
R2_INLINE void INT8_NAME(quantize_positions)(const r2_quantization *shape, const r2_transformed *from,
                                             const r2_transformed *to, float *scale, const int offset,
                                             const int segments, const int blocks, const int frames) {
  const r2_quantization q = *shape;
  const r2_transformed target = *to;
  const int lines = segments * blocks * frames;
  const ptrdiff_t step = (ptrdiff_t)lines * R2_BLOCK;
  const float *source = from->base;
  float *first = target.base, *line = first;
  int position = 0;
  for (int left = q.tiles * q.positions; left > 0; left -= LANES) {
    int count = left < LANES ? left : LANES;
    _Alignas(64) float factor[LANES], worth[LANES];
    vi most[LANES];
    // those that are not there are the last one, again
    R2_EACH(i, LANES) most[i] = INT8_NAME(largest)(source + (i < count ? i : count - 1) * step, lines);
    STORE(worth, INT8_NAME(scales_of)(INT8_NAME(largest_lanes)(most), INT8_LIMIT(offset), factor));
    memcpy(scale, worth, (size_t)count * sizeof(float));
    scale += count;
    for (int i = 0; i < count; i++, source += step) {
      INT8_NAME(integers)(source, target, line, factor[i], INT8_MAGIC(offset), segments, blocks, frames);
      line += target.position;
      if (++position == q.positions) position = 0, line = first += target.tile;
    }
  }
}

static void INT8_NAME(quantize)(const r2_quantization *q, const r2_transformed *from,
                                const r2_transformed *to, float *scale) {
  R2_ASSERT(q->tiles > 0 && q->positions > 0 && q->segments > 0 && q->blocks > 0 && q->frames > 0);
  R2_ASSERT(from->frame == R2_BLOCK && from->chunk == q->frames * from->frame);  // no gaps
  R2_ASSERT(from->segment == q->blocks * from->chunk && from->position == q->segments * from->segment);
  R2_ASSERT(from->tile == q->positions * from->position);
#define QUANTIZE(OFFSET, SEGMENTS, BLOCKS, FRAMES) \
  INT8_NAME(quantize_positions)(q, from, to, scale, OFFSET, SEGMENTS, BLOCKS, FRAMES)
  if (!q->is_signed)
    QUANTIZE(0, q->segments, q->blocks, q->frames);
  else if (q->frames > 1 || q->segments > 1)
    QUANTIZE(INT8_OFFSET, q->segments, q->blocks, q->frames);
  else if (q->blocks == 4)  // layer1 has few channels at many positions
    QUANTIZE(INT8_OFFSET, 1, 4, 1);
  else if (q->blocks == 9)
    QUANTIZE(INT8_OFFSET, 1, 9, 1);
  else
    QUANTIZE(INT8_OFFSET, 1, q->blocks, 1);
#undef QUANTIZE
}

// MARK: taps of activations, which need no transform

// The largest value of some taps of a pixel.
R2_INLINE vi INT8_NAME(largest_taps)(const r2_view *in, const float *const *source, int taps, int blocks) {
  vi most = 0;
  for (int n = 0; n < taps; n++) {
    const float *line = source[n];
    if (!line) continue;
    for (int block = 0; block < blocks; block++, line += in->plane)
      R2_EACH_PART(part) {
        vi bits = (vi)LOAD(line + part) & 0x7FFFFFFF;
        most = bits > most ? bits : most;
      }
  }
  return most;
}

R2_INLINE void INT8_NAME(tap_integers)(const r2_view *in, const float *line, int blocks, float factor,
                                       const r2_transformed *to, float *target) {
  static const float zeros[4 * R2_BLOCK];
  const float magic = INT8_MAGIC(0);
  ptrdiff_t plane = line ? in->plane : 0;
  if (!line) line = zeros;
  int block = 0;
  for (; block + 4 <= blocks; block += 4, line += 4 * plane, target += to->chunk)
    INT8_NAME(whole_line)(line, plane, factor, magic, target);
  for (int quarter = 0; block < blocks; block++, quarter++, line += plane)
    INT8_NAME(quarter_line)(line, factor, magic, (uint8_t *)target + quarter * R2_BLOCK);
}

// Strides come by value, or every integer written could be one of them.
R2_INLINE void INT8_NAME(gather_blocks)(const r2_view in, const r2_geometry *g, int width, int frame,
                                        r2_range taps, r2_range pixels, const int blocks,
                                        const r2_transformed to, float *scale) {
  r2_tap tap[R2_MAX_TAPS];
  for (int n = 0; n < taps.count; n++) tap[n] = r2_tap_at(&in, g, frame, taps.first + n);
  int end = pixels.first + pixels.count;
  float *line = to.base;
  for (int first = pixels.first; first < end; first += LANES) {
    int count = end - first < LANES ? end - first : LANES;
    const float *source[LANES][R2_MAX_TAPS];
    _Alignas(64) float factor[LANES], worth[LANES];
    vi most[LANES] = {0};
    for (int i = 0; i < count; i++) {
      int y = (first + i) / width * g->stride_y, x = (first + i) % width * g->stride_x;
      for (int n = 0; n < taps.count; n++) source[i][n] = r2_tap_of(&in, &tap[n], y, x);
      most[i] = INT8_NAME(largest_taps)(&in, source[i], taps.count, blocks);
    }
    STORE(worth, INT8_NAME(scales_of)(INT8_NAME(largest_lanes)(most), INT8_LIMIT(0), factor));
    for (int i = 0; i < count; i++, line += to.tile) {
      *scale++ = worth[i];
      for (int n = 0; n < taps.count; n++)
        INT8_NAME(tap_integers)(&in, source[i][n], blocks, factor[i], &to, line + n * to.segment);
    }
  }
}

static void INT8_NAME(gather_integers)(const r2_view *in, const r2_geometry *g, int width, int frame,
                                       r2_range taps, r2_range pixels, int blocks, const r2_transformed *to,
                                       float *scale) {
  R2_ASSERT(width > 0 && taps.first >= 0 && taps.count > 0 && taps.count <= R2_MAX_TAPS && blocks > 0);
  if (blocks == 4)  // layer2.0's, of many pixels
    INT8_NAME(gather_blocks)(*in, g, width, frame, taps, pixels, 4, *to, scale);
  else
    INT8_NAME(gather_blocks)(*in, g, width, frame, taps, pixels, blocks, *to, scale);
}
#undef INT8_LIMIT
#undef INT8_MAGIC
