// What tabled.c does, by the handles of C++: the methods that these have. The others are left to C.
#include "somdcprx.hpp"

#include <cstdio>
#include <cstring>
#include <string>

namespace {

void say(const std::string &text) { std::printf("%s", text.c_str()); }
void say(bool is) { std::printf("%d", is ? 1 : 0); }

bool called(const SOMDClientProxy &p, const char *name) {
	const auto is = [name](const char *other) { return std::strcmp(name, other) == 0; };
	const som::class_object proxies = som::class_object::named("SOMDClientProxy");
	if (is("somGetClassName"))
		say(p.somGetClassName());
	else if (is("somGetSize"))
		say(p.somGetSize() > 0);
	else if (is("somDumpSelf"))
		p.somDumpSelf(0);
	else if (is("somDumpSelfInt"))
		p.somDumpSelfInt(0), std::printf("\n");
	else if (is("somPrintSelf"))
		p.somPrintSelf();
	else if (is("somIsA"))
		say(p.somIsA(proxies));
	else if (is("somIsInstanceOf"))
		say(p.somIsInstanceOf(proxies));
	else if (is("somRespondsTo"))
		say(p.somRespondsTo("speak"));
	else if (is("somdTargetFree"))
		p.somdTargetFree();
	else if (is("somdTargetGetClass"))
		say(p.somdTargetGetClass().somGetName());
	else if (is("somdTargetGetClassName"))
		say(p.somdTargetGetClassName());
	else if (is("somdProxyFree"))
		p.somdProxyFree();
	else if (is("somdProxyGetClass"))
		say(p.somdProxyGetClass().somGetName());
	else if (is("somdProxyGetClassName"))
		say(p.somdProxyGetClassName());
	else if (is("somdReleaseResources"))
		p.somdReleaseResources();
	else if (is("is_proxy"))
		say(p.is_proxy());
	else if (is("is_nil"))
		say(p.is_nil());
	else if (is("is_SOM_ref"))
		say(p.is_SOM_ref());
	else if (is("is_constant"))
		say(p.is_constant());
	else if (is("duplicate"))
		std::printf("%s", p.duplicate() == p ? "" : "another object");
	else if (is("release"))
		p.release();
	else if (is("_get_type_id"))
		say(p.get_type_id());
	else
		return false;
	return true;
}

} // namespace

extern "C" int call_cxx(som_ref o, const char *name) {
	try {
		return called(som::borrowed<SOMDClientProxy>(o), name);
	} catch (const std::exception &e) {
		std::printf("raised %s", e.what());
		return 1;
	}
}
