// A client of DSOM in C++, by the headers that are C's: it finds a server object, gets references of objects that are not there yet, and calls what they lead to.
#include <somd.h>

#include "pet.h"
#include "vault.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

// An exception of SOM's as one of C++.
struct Raised {
	std::string id, text;
};

// env is an environment whose exception becomes one of C++ where it is looked at.
class env {
public:
	~env() { som_env_clear(&ev_); }
	operator som_env *() { return &ev_; }
	void check() {
		if (ev_.major == SOM_NO_EXCEPTION) return;
		Raised r{ev_.id, ev_.text ? ev_.text : ""};
		som_env_clear(&ev_);
		throw r;
	}

private:
	som_env ev_{};
};

struct release {
	void operator()(som_object *o) const { som_release(o); }
};
using object = std::unique_ptr<som_object, release>;

object own(som_ref o, env &ev) {
	ev.check();
	return object(o);
}

std::string text(char *s, env &ev) {
	ev.check();
	std::string copy = s ? s : "";
	som_deallocate(s);
	return copy;
}

// dsom is what SOMD_Init makes, for as long as it lives.
class dsom {
public:
	explicit dsom(env &ev) {
		SOMD_Init(ev);
		ev.check();
	}
	~dsom() { SOMD_Uninit(nullptr); }
};

// Clients at once, each of which has a reference made, and calls what it leads to, which is loaded then.
int crowd() {
	constexpr int clients = 4, rounds = 100;
	std::vector<int> wrong(clients);
	std::vector<std::thread> threads;
	for (int i = 0; i < clients; i++)
		threads.emplace_back([i, &wrong] {
			for (int n = 0; n < rounds; n++) try {
					env ev;
					dsom begun(ev);
					std::string name = std::to_string(i) + "." + std::to_string(n);
					object server = own(SOMDObjectMgr_somdFindServerByName(SOMD_ObjectMgr, ev, "vaults"), ev);
					std::string reference = text(Vault_reference(server.get(), ev, name.c_str()), ev);
					object pet = own(ORB_string_to_object(SOMD_ORBObject, ev, const_cast<char *>(reference.c_str())), ev);
					wrong[i] += text(Pet_speak(pet.get(), ev, "you"), ev) != name + " says hello to you";
				} catch (const Raised &r) {
					std::printf("client %d: raised %s %s\n", i, r.id.c_str(), r.text.c_str());
					wrong[i]++;
					return;
				}
		});
	int all = 0;
	for (int i = 0; i < clients; i++) {
		threads[i].join();
		all += wrong[i];
	}
	std::printf("wrong: %d\n", all);
	return 0;
}

void registered(void *, void *) { std::puts("an event"); }

int run(int argc, char **argv) {
	std::string verb = argc > 1 ? argv[1] : "";
	if (verb == "crowd") return crowd();
	env ev;
	dsom begun(ev);
	if (verb == "get" && argc == 3) {
		object server = own(SOMDObjectMgr_somdFindServerByName(SOMD_ObjectMgr, ev, "vaults"), ev);
		std::printf("%s\n", text(Vault_reference(server.get(), ev, argv[2]), ev).c_str());
		return 0;
	}
	if (verb == "call" && argc == 3) {
		object pet = own(ORB_string_to_object(SOMD_ORBObject, ev, argv[2]), ev);
		std::printf("%s\n", text(Pet_speak(pet.get(), ev, "C++"), ev).c_str());
		return 0;
	}
	std::printf("a server object: %d\n", SOMD_ServerObject != nullptr);
	SOMD_RegisterCallback(nullptr, registered);
	object pet = own(somdCreate(ev, "class=='Pet' and alias=='vaults'", 1), ev);
	Pet_set_name(pet.get(), ev, "Ada");
	std::printf("%s\n", text(Pet_speak(pet.get(), ev, "C++"), ev).c_str());
	std::printf("proxies: %s\n", text(SOMDClientProxy_somdProxyGetClassName(pet.get(), ev), ev).c_str());
	object proxies = own(reinterpret_cast<som_ref>(somdCreateDynProxyClass(ev, "Pet", 1, 0)), ev);
	std::printf("made: %s\n", som_class_describe(reinterpret_cast<som_class *>(proxies.get()))->name);
	for (auto [name, major] : {std::pair<const char *, int>{"Pet", 9}, {"Nobody", 0}})
		try {
			own(reinterpret_cast<som_ref>(somdCreateDynProxyClass(ev, name, major, 0)), ev);
			std::puts("made, too");
		} catch (const Raised &r) {
			std::printf("%s %d: raised\n", name, major);
		}
	try {
		text(Pet_speak(pet.get(), ev, "full"), ev);
	} catch (const Raised &r) {
		std::printf("raised %s\n", r.id.c_str());
	}
	ReferenceData data{};
	data._buffer = reinterpret_cast<uint8_t *>(const_cast<char *>("x"));
	data._length = data._maximum = 1;
	object ref = own(SOMOA_create(SOMD_SOMOAObject, ev, &data, nullptr, nullptr), ev);
	ReferenceData back{};
	SOMOA_get_id(SOMD_SOMOAObject, ev, ref.get(), &back);
	ev.check();
	std::printf("its data: %.*s, a SOMDObject: %d\n", static_cast<int>(back._length), reinterpret_cast<char *>(back._buffer), SOMDObject_is(ref.get()));
	ReferenceData_clear(&back);
	try {
		SOMOA_execute_next_request(SOMD_SOMOAObject, ev, 1);
		ev.check();
	} catch (const Raised &r) {
		std::printf("no server: %s\n", r.id.c_str());
	}
	return 0;
}

} // namespace

int main(int argc, char **argv) {
	try {
		return run(argc, argv);
	} catch (const Raised &r) {
		std::printf("raised %s %s\n", r.id.c_str(), r.text.c_str());
		return 1;
	}
}
