// The windows that the first convolution reads, [window][t][y][x][groups of four channels]: 8-bit samples [sample][3][plane] looked
// up in the table that the CPU uses, so that they are the same numbers. A sample is uploaded once, however
// many windows hold it.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"

layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Samples { uint bytes[]; };
layout(set = 0, binding = 1) readonly buffer Index { uint index[]; };  // a frame's sample, and its table
layout(set = 0, binding = 2) readonly buffer Tables { float tables[]; };  // [table][3][256]
layout(set = 0, binding = 4) writeonly buffer Output { STORED values[]; } to;
layout(push_constant) uniform Push { uint plane, pixels, first, groups; } p;

float value(uint table, uint colour, uint at) {
  return tables[(table * 3 + colour) * 256 + (bytes[at >> 2] >> ((at & 3) * 8) & 255)];
}

void main() {
  uint pixel = p.first * 64 + gl_GlobalInvocationID.x;
  if (pixel >= p.pixels) return;
  uint frame = pixel / p.plane;
  uint at = index[2 * frame] * 3 * p.plane + pixel % p.plane;
  uint table = index[2 * frame + 1];
  for (uint group = 1; group < p.groups; group++) to.values[pixel * p.groups + group] = STORED(vec4(0));
  to.values[pixel * p.groups] = STORED(vec4(value(table, 0, at), value(table, 1, at + p.plane),
                                 value(table, 2, at + 2 * p.plane), 0));
}
