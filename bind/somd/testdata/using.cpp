// A program that has the names of std in its own, any among them, before somd.h.
#include <any>
#include <string>
using namespace std;
#include <somd.h>

int main() {
	som_env ev{};
	int32_t n = 1;
	TypeCode point = TypeCodeNew(tk_struct, "Point", "x", TC_long, (char *)nullptr);
	::any a = any_of(&ev, TC_long, &n);
	int bad = ev.major != SOM_NO_EXCEPTION || TypeCode_kind(point, &ev) != tk_struct;
	any_clear(&a, &ev);
	TypeCode_free(point, &ev);
	return bad;
}
