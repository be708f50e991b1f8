// The mean over time and space, four channels of a window an invocation: [window][C/4] in float32.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"

layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Input { STORED values[]; } from;
layout(set = 0, binding = 4) writeonly buffer Output { vec4 values[]; } to;
layout(push_constant) uniform Push { uint positions, groups, count; } p;

void main() {
  uint item = gl_GlobalInvocationID.x;
  if (item >= p.count) return;
  uint at = item / p.groups * p.positions * p.groups + item % p.groups;
  vec4 sum = vec4(0);
  for (uint i = 0; i < p.positions; i++) sum += vec4(from.values[at + i * p.groups]);
  to.values[item] = sum / float(p.positions);
}
