/* loads.c: a program in C that asks for classes by name, makes objects of those that there are, and tells why there are no others. */
#include "som.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes a typelib to a file in the folder that the variable names. */
static void write_out(const char *name, const uint8_t *t) {
	char file[512];
	snprintf(file, sizeof file, "%s/%s.somt", getenv("DESCRIPTIONS"), name);
	FILE *f = fopen(file, "wb");
	if (!f) return;
	fwrite(t, 1, t[8] | t[9] << 8 | t[10] << 16, f);
	fclose(f);
}

static void show(const char *name) {
	som_env ev = {0};
	som_value n = {.l = 1}, answer = {0};
	som_class *c = som_class_named(name, &ev);
	som_ref o = c ? som_new(c, &ev) : NULL;
	if (!o || som_invoke(o, "speak", &n, 1, &answer, &ev) != SOM_OK) {
		printf("no %s: %s: %s\n", name, som_code_name(ev.code), ev.text ? ev.text : ev.id);
	} else {
		const som_class_info *i = som_class_describe(c);
		const uint8_t *t = i->typelib; /* the octets of a typelib are a number in its head */
		printf("%s: speak(1) is %d, %s is %s,", name, (int)answer.l, i->nintroduces ? i->introduces[0].name : "nothing", i->nintroduces ? i->introduces[0].sig : "new");
		printf(" it is %sdescribed\n", t && !memcmp(t, "SOMT", 4) ? "" : "not ");
		if (t && getenv("DESCRIPTIONS")) write_out(name, t);
	}
	som_env_clear(&ev);
	som_release(o);
	som_release((som_ref)c);
}

int main(int n, char **names) {
	for (int i = 1; i < n; i++)
		show(names[i]);
	return 0;
}
