// How four channels of activations, or of weights, are stored: as float32, or with -DHALF as float16. Sums are
// float32 either way.
#ifdef HALF
#extension GL_EXT_shader_16bit_storage : require
#define STORED f16vec4
#else
#define STORED vec4
#endif
