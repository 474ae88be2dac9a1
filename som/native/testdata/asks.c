/* asks.c: a program in C that asks for classes, each in a thread of its own, in-turn or at-once; and then for all again. A line for each. */
#include "som.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct asked { const char *name; pthread_t by; char answer[2048]; } asked;

static void *ask(void *arg) {
	asked *a = arg;
	som_env ev = {0};
	som_value n = {.i = 1}, answer = {0};
	som_class *c = som_class_named(a->name, &ev);
	som_ref o = c ? som_new(c, &ev) : NULL;
	if (o && som_invoke(o, "climb", &n, 1, &answer, &ev) == SOM_OK)
		snprintf(a->answer, sizeof a->answer, "%s %d", a->name, (int)answer.i);
	else
		snprintf(a->answer, sizeof a->answer, "no %s: %s: %s", a->name, som_code_name(ev.code), ev.text ? ev.text : ev.id);
	som_env_clear(&ev);
	som_release(o);
	som_release((som_ref)c);
	return NULL;
}

int main(int n, char **args) {
	asked all[16] = {0};
	alarm(300); /* who waits for ever is ended, on a machine on which much else runs */
	for (int again = 0; again < 2; again++) {
		const int at_once = !again && n > 1 && !strcmp(args[1], "at-once");
		for (int i = 2; i < n && i < 16; i++) {
			all[i].name = args[i];
			if (pthread_create(&all[i].by, NULL, ask, &all[i]) != 0) return 3;
			if (!at_once) pthread_join(all[i].by, NULL);
		}
		for (int i = 2; i < n && i < 16; i++) {
			if (at_once) pthread_join(all[i].by, NULL);
			puts(all[i].answer);
		}
		fflush(stdout);
	}
	return 0;
}
