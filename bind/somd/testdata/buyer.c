/* A client in C of the class Till, which is elsewhere. */
#include <somd.h>

#include "till.h"

#include <stdio.h>

int main(int argc, char **argv) {
	som_env ev = {0};
	(void)argc;
	SOMD_Init(&ev);
	som_ref till = somdCreate(&ev, argv[1], 1);
	if (ev.major == SOM_NO_EXCEPTION) {
		int wrong = (int)Till_add(till, &ev, 2) < 0, sum = (int)Till_add(till, &ev, 3), in = (int)Till_in_main(till, &ev, 1);
		printf("%d %d\n", wrong ? -1 : sum, in);
	}
	if (ev.major != SOM_NO_EXCEPTION) printf("raised %s %s\n", ev.id, ev.text ? ev.text : "");
	somdExceptionFree(&ev);
	som_release(till);
	SOMD_Uninit(&ev);
	return 0;
}
