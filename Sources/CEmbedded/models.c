#include "embedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char camera_motion[] __attribute__((aligned(64))) = {
#embed "../../Training/camera-motion.safetensors"
};

embedded_file embedded_camera_motion(void) { return (embedded_file){camera_motion, sizeof camera_motion}; }
