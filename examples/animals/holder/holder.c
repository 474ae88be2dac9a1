/* A client in C that keeps one object, and has it speak for each line that it reads: what it says, or the exception. It knows nothing of where
 * the object is. */
#include "animal.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
	som_env ev = {0};
	som_class *c = som_class_named(argc > 1 ? argv[1] : "Dog", &ev);
	som_ref a = c ? som_new(c, &ev) : NULL;
	if (!a || !Animal_is(a)) {
		printf("none: %s\n", ev.text ? ev.text : ev.id);
		return 1;
	}
	char line[16];
	while (fgets(line, sizeof line, stdin)) {
		char *said = Animal_speak(a, &ev);
		if (ev.major == SOM_NO_EXCEPTION)
			printf("says: %s\n", said);
		else
			printf("raises: %s, completed %d: %s\n", ev.id, (int)ev.completed, ev.text ? ev.text : "");
		fflush(stdout);
		if (ev.major == SOM_NO_EXCEPTION) som_deallocate(said);
		som_env_clear(&ev);
	}
	som_release(a);
	som_release((som_ref)c);
	return 0;
}
