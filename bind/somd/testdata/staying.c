/* A library of the program's own, which makes values with TypeCodes of its own header's. */
#include <somd.h>

__attribute__((visibility("default"))) any made_elsewhere(int32_t n) {
	som_env ev = {0};
	return any_of(&ev, TC_long, &n);
}
__attribute__((visibility("default"))) TypeCode long_elsewhere(void) { return TC_long; }
