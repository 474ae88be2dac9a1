/* Makes an object by a constraint, and says what came of it. */
#include <somd.h>

#include <stdio.h>

int main(int argc, char **argv) {
	som_env ev = {0};
	if (argc != 2) return 2;
	SOMD_Init(&ev);
	som_ref made = ev.major ? (som_ref){0} : somdCreate(&ev, argv[1], 1);
	if (ev.major)
		printf("raised %s %s\n", ev.id, ev.text ? ev.text : "");
	else
		printf("made\n");
	som_env_clear(&ev);
	som_release(made);
	SOMD_Uninit(&ev);
	som_env_clear(&ev);
	return 0;
}
