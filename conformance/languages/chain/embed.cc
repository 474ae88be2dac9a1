// embed.cc: interpreters are loaded when they are asked for, so that the library can be there without them.
#include "embed.ih.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <mutex>

namespace Embed {

// What of Python's C interface is used; objects are opaque here.
struct Interpreter {
	void *library;
	void (*begin)(int);
	int (*begun)();
	void *(*release_thread)();
	int (*enter)();
	void (*leave)(int);
	void *(*module)(const char *), *(*dictionary)(void *), *(*run)(const char *, int, void *, void *);
	void (*fetch)(void **, void **, void **), (*drop)(void *);
	void *(*str)(void *);
	const char *(*utf8)(void *);

	Interpreter() {
		const char *file = std::getenv("EMBED_PYTHON");
		if (dlsym(RTLD_DEFAULT, "Py_IsInitialized")) file = nullptr; // it is Python's own process
		else if (!file) throw som::system_exception("INITIALIZE", "EMBED_PYTHON does not say where Python's library is");
		library = dlopen(file, RTLD_NOW | RTLD_GLOBAL); // extensions take its symbols from the process
		if (!library) throw som::system_exception("INITIALIZE", dlerror());
		find("Py_InitializeEx", begin), find("Py_IsInitialized", begun), find("PyEval_SaveThread", release_thread);
		find("PyGILState_Ensure", enter), find("PyGILState_Release", leave);
		find("PyImport_AddModule", module), find("PyModule_GetDict", dictionary), find("PyRun_String", run);
		find("PyErr_Fetch", fetch), find("Py_DecRef", drop), find("PyObject_Str", str), find("PyUnicode_AsUTF8", utf8);
		if (begun()) return;
		begin(0); // signals stay the process's
		release_thread();
	}
	template <class F> void find(const char *name, F &f) {
		f = reinterpret_cast<F>(dlsym(library, name));
		if (!f) throw som::system_exception("INITIALIZE", std::string("Python's library has no ") + name);
	}
	static Interpreter &one() {
		static Interpreter &i = *new Interpreter;
		return i;
	}
};

class Python_impl : public Python_part<Python_impl> {
public:
	void run(const std::string &source) {
		const Interpreter &p = Interpreter::one();
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

} // namespace Embed
