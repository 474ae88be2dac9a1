/* Threads that use a class for the first time at once. */
#include "dog.h"

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, ROUNDS = 200 };

static void *use(void *to) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	for (int i = 0; i < ROUNDS; i++) {
		som_ref dog = Dog_new_called(&ev, "Rex", 2);
		Dog_bark(dog, &ev, 5);
		*(int *)to += Zoo_Animal_is(dog) + Swimmer_is(dog) + Dog_age(dog, &ev) + Dog_trick(dog, &ev, 1) + Dog_count();
		som_release(dog);
	}
	return (void *)(uintptr_t)ev.major;
}

int main(void) {
	pthread_t threads[THREADS];
	int sums[THREADS] = {0}, bad = 0;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, use, &sums[i])) return 2;
	for (int i = 0; i < THREADS; i++) {
		void *failed = NULL;
		pthread_join(threads[i], &failed);
		bad += failed || sums[i] != ROUNDS * (1 + 0 + 1 + 1 + 7);
	}
	printf("%d\n", bad);
	return bad;
}
