/* A client with several threads that make and call Pets, and with a Pet whose library ends its process. */
#include "pet.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 8, CALLS = 50 };

static void *busy(void *arg) {
	long wrong = 0;
	for (int i = 0; i < CALLS; i++) {
		som_env ev = {0};
		char name[32], *said;
		som_ref pet = Pet_new(&ev), toy = Toy_new(&ev);
		snprintf(name, sizeof name, "%d.%d", (int)(intptr_t)arg, i);
		Pet_set_name(pet, &ev, name);
		said = Pet_speak(pet, &ev, "you");
		wrong += ev.major != 0 || strncmp(said, name, strlen(name)) || strcmp(said + strlen(name), " says hello to you");
		som_deallocate(said);
		said = Pet_play(pet, &ev, toy);
		wrong += ev.major != 0 || strcmp(said, "squeak 3");
		som_deallocate(said);
		som_release(pet);
		wrong += toy->refs != 1;
		som_release(toy);
		som_env_clear(&ev);
	}
	return (void *)wrong;
}

int main(int argc, char **argv) {
	pthread_t threads[THREADS];
	long wrong = 0;
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, busy, (void *)i);
	for (int i = 0; i < THREADS; i++) {
		void *said;
		pthread_join(threads[i], &said);
		wrong += (long)said;
	}
	som_env ev = {0};
	som_ref pet = Pet_new(&ev);
	printf("wrong: %ld, living: %d\n", wrong, (int)Pet_living(pet, &ev));
	for (int i = 1; i < argc; i++) {
		char *said = Pet_speak(pet, &ev, argv[i]);
		printf("%s: %s\n", argv[i], ev.major ? ev.id : said);
		if (!ev.major) som_deallocate(said);
		som_env_clear(&ev);
	}
	som_release(pet);
	printf("goes on\n");
	return 0;
}
