/* A client of Shop and Clerk, in the order of its arguments: says where objects of them are. */
#include "shop.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		som_env ev = {0};
		int shop = !strcmp(argv[i], "Shop");
		som_ref o = shop ? Shop_new(&ev) : Clerk_new(&ev);
		int32_t at = !o ? 0 : shop ? Shop_process(o, &ev) : Clerk_process(o, &ev);
		printf("%s: %s\n", argv[i], ev.major != SOM_NO_EXCEPTION ? ev.text : at == getpid() ? "here" : "elsewhere");
		som_env_clear(&ev);
		som_release(o);
	}
	return 0;
}
