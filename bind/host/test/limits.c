/* limits.c: describes a class Big, of methods one, two and three, that is said to have the typelib in a file, and prints what is known of it. */
#include "../somhost.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
	som_env ev = {0};
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	if (!f || fseek(f, 0, SEEK_END)) return 1;
	size_t n = (size_t)ftell(f);
	char *typelib = malloc(n);
	rewind(f);
	if (!typelib || fread(typelib, 1, n, f) != n) return 1;
	som_method methods[] = {{"one", "v:p/void({<{^1,long}>})", NULL, NULL, SOM_STATIC}, {"two", "v:/void()", NULL, NULL, SOM_STATIC}, {"three", "v:p/void({<long>})", NULL, NULL, SOM_STATIC}};
	som_class_desc d = {.size_of = sizeof d, .name = "Big", .method_size = sizeof *methods, .introduces = methods, .nintroduces = 3, .typelib = typelib};
	som_class *c = som_class_define(&d, &ev);
	const somh_class *is = c ? somh_describe(c, &ev) : NULL;
	if (!is) return fprintf(stderr, "%s\n", ev.text), 1;
	printf("%.60s\n", is->doc ? is->doc : "-");
	for (uint32_t i = 0; i < is->nmethods; i++)
		printf("%s: %s; %.60s\n", is->methods[i].name, is->methods[i].why ? is->methods[i].why : "good", is->methods[i].doc ? is->methods[i].doc : "-");
	fclose(f);
}
