#include "embedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char kinetics_400[] = {
#embed "../../labels/kinetics-400.txt"
};

embedded_file embedded_kinetics_400(void) { return (embedded_file){kinetics_400, sizeof kinetics_400}; }
