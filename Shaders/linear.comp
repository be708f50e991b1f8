// The classifier, all in float32: an output an invocation, a window a row of workgroups. The weights lie
// [input][output], so that neighbours read neighbours.
#version 450

layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Input { float features[]; };
layout(set = 0, binding = 1) readonly buffer Weights { float weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 4) writeonly buffer Output { float logits[]; };
layout(push_constant) uniform Push { uint inputs, pitch, outputs, first; } p;

void main() {
  uint o = (p.first + gl_WorkGroupID.x) * 64 + gl_LocalInvocationID.x;
  if (o >= p.outputs) return;
  uint window = gl_WorkGroupID.y;
  float sum = bias[o];
  for (uint i = 0; i < p.inputs; i++)
    sum = fma(weights[i * p.outputs + o], features[window * p.pitch + i], sum);
  logits[window * p.outputs + o] = sum;
}
