/* A client of the module Chain, and of Yoke (Y), which descends from two classes of it. For each argument a process of its own makes objects of the classes that it has letters of, in that order, and says in a
 * line of each what methods it has, and where they are done: here (h) or elsewhere (e); or why it could not be had. */
#include "yoke.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void one(char letter) {
	som_env ev = {0};
	som_ref o = letter == 'A' ? Chain_A_new(&ev) : letter == 'B' ? Chain_B_new(&ev) : letter == 'C' ? Chain_C_new(&ev) : letter == 'D' ? Chain_D_new(&ev) : Yoke_new(&ev);
	bool chained = letter != 'C', ends = letter == 'D' || letter == 'Y';
	int32_t at[4] = {0};
	if (o && (letter == 'C' || letter == 'Y')) at[2] = Chain_C_in_c(o, &ev);
	if (o && ends && ev.major == SOM_NO_EXCEPTION) at[3] = Chain_D_in_d(o, &ev);
	if (o && (ends || letter == 'B') && ev.major == SOM_NO_EXCEPTION) at[1] = Chain_B_in_b(o, &ev);
	if (o && chained && ev.major == SOM_NO_EXCEPTION) at[0] = Chain_A_in_a(o, &ev);
	printf(" %c:", letter);
	for (int i = 0; i < 4; i++)
		if (at[i]) printf("%c%c", 'a' + i, at[i] == getpid() ? 'h' : 'e');
	if (ev.major != SOM_NO_EXCEPTION) printf("(%s)", ev.text ? ev.text : ev.id);
	som_env_clear(&ev);
	som_release(o);
}

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		int status = 0;
		pid_t child = fork();
		if (child < 0) return 1;
		if (child == 0) {
			printf("%s", argv[i]);
			for (const char *letter = argv[i]; *letter; letter++) one(*letter);
			puts("");
			return 0;
		}
		if (waitpid(child, &status, 0) != child || status != 0) return 1;
	}
	return 0;
}
