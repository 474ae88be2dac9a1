// embed.cc: interpreters are loaded when they are asked for, so that the library can be there without them.
#include "embed.ih.hpp"

#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>
#include <string>

namespace Embed {

// A shared library of an interpreter, by the file or name that a variable has.
struct Library {
	const char *language;
	void *handle;

	Library(const char *of, const char *file) : language(of), handle(dlopen(file, RTLD_NOW | RTLD_GLOBAL)) { // extensions take its symbols from the process
		if (!handle) throw som::system_exception("INITIALIZE", dlerror());
	}
	template <class F> void find(const char *name, F &f) const {
		f = reinterpret_cast<F>(dlsym(handle, name));
		if (!f) throw som::system_exception("INITIALIZE", std::string(language) + "'s library has no " + name);
	}
	static const char *named(const char *variable) {
		const char *file = std::getenv(variable);
		if (!file) throw som::system_exception("INITIALIZE", std::string(variable) + " does not say where the interpreter's library is");
		return file;
	}
};

// What of Python's C interface is used; objects are opaque here, as in those below.
struct PythonInterpreter : Library {
	void (*begin)(int);
	int (*begun)();
	void *(*release_thread)();
	int (*enter)();
	void (*leave)(int);
	void *(*module)(const char *), *(*dictionary)(void *), *(*run)(const char *, int, void *, void *);
	void (*fetch)(void **, void **, void **), (*drop)(void *);
	void *(*str)(void *);
	const char *(*utf8)(void *);

	PythonInterpreter() : Library("Python", dlsym(RTLD_DEFAULT, "Py_IsInitialized") ? nullptr : named("EMBED_PYTHON")) { // or it is Python's own process
		find("Py_InitializeEx", begin), find("Py_IsInitialized", begun), find("PyEval_SaveThread", release_thread);
		find("PyGILState_Ensure", enter), find("PyGILState_Release", leave);
		find("PyImport_AddModule", module), find("PyModule_GetDict", dictionary), find("PyRun_String", run);
		find("PyErr_Fetch", fetch), find("Py_DecRef", drop), find("PyObject_Str", str), find("PyUnicode_AsUTF8", utf8);
		if (begun()) return;
		begin(0); // signals stay the process's
		release_thread();
	}
	static PythonInterpreter &one() {
		static PythonInterpreter &i = *new PythonInterpreter;
		return i;
	}
};

// Lua's; the state is the thread's that has made the first object.
struct LuaInterpreter : Library {
	void *state;
	void *(*begin)();
	void (*open)(void *), (*cut)(void *, int);
	int (*load)(void *, const char *, std::size_t, const char *, const char *), (*call)(void *, int, int, int, std::intptr_t, void *);
	const char *(*text)(void *, int, std::size_t *);

	LuaInterpreter() : Library("Lua", named("EMBED_LUA")) {
		find("luaL_newstate", begin), find("luaL_openlibs", open), find("lua_settop", cut);
		find("luaL_loadbufferx", load), find("lua_pcallk", call), find("lua_tolstring", text);
		if (!(state = begin())) throw som::system_exception("NO_MEMORY", "no memory for a state of Lua's");
		open(state);
	}
	static LuaInterpreter &one() {
		static LuaInterpreter &i = *new LuaInterpreter;
		return i;
	}
};

// Tcl's; the interpreter is the thread's that has made the first object.
struct TclInterpreter : Library {
	void *interp;
	void (*find_executable)(const char *);
	void *(*create)();
	int (*init)(void *), (*eval)(void *, const char *, int, int);
	const char *(*result)(void *);

	TclInterpreter() : Library("Tcl", named("EMBED_TCL")) {
		find("Tcl_FindExecutable", find_executable), find("Tcl_CreateInterp", create), find("Tcl_Init", init);
		find("Tcl_EvalEx", eval), find("Tcl_GetStringResult", result);
		find_executable(nullptr);
		interp = create();
		if (init(interp) != 0) throw som::system_exception("INITIALIZE", result(interp));
	}
	static TclInterpreter &one() {
		static TclInterpreter &i = *new TclInterpreter;
		return i;
	}
};

class Python_impl : public Python_part<Python_impl> {
public:
	void run(const std::string &source) {
		const PythonInterpreter &p = PythonInterpreter::one();
		const int state = p.enter();
		constexpr int file_input = 257;
		void *all = p.dictionary(p.module("__main__")), *done = p.run(source.c_str(), file_input, all, all);
		std::string failed;
		if (!done) {
			void *type = nullptr, *value = nullptr, *trace = nullptr;
			p.fetch(&type, &value, &trace);
			void *text = p.str(value ? value : type);
			const char *s = text ? p.utf8(text) : nullptr;
			failed = s && *s ? s : "Python raised an exception without a text";
			for (void *o : {text, type, value, trace})
				if (o) p.drop(o);
		}
		if (done) p.drop(done);
		p.leave(state);
		if (!done) throw Failed(failed);
	}
};
som::class_object Python_define() { return Python_impl::som_define(); }

class Lua_impl : public Lua_part<Lua_impl> {
public:
	void run(const std::string &source) {
		const LuaInterpreter &l = LuaInterpreter::one();
		if (l.load(l.state, source.data(), source.size(), "=run", nullptr) == 0 && l.call(l.state, 0, 0, 0, 0, nullptr) == 0) return;
		const char *s = l.text(l.state, -1, nullptr);
		const std::string failed = s ? s : "Lua raised an error without a text";
		l.cut(l.state, -2);
		throw Failed(failed);
	}
};
som::class_object Lua_define() { return Lua_impl::som_define(); }

class Tcl_impl : public Tcl_part<Tcl_impl> {
public:
	void run(const std::string &source) {
		const TclInterpreter &t = TclInterpreter::one();
		constexpr int global = 0x020000;
		if (t.eval(t.interp, source.data(), static_cast<int>(source.size()), global) != 0) throw Failed(t.result(t.interp));
	}
};
som::class_object Tcl_define() { return Tcl_impl::som_define(); }

} // namespace Embed
