// state.hpp: the row that is being run, and the objects that were made in it.
#ifndef STATE_HPP
#define STATE_HPP

#include "ledger.hpp"
#include "text.hpp"

#include <malloc.h>
#include <map>
#include <mutex>

namespace Suite {

class State {
	std::mutex lock_;
	long row_ = 0, living_ = 0;
	std::map<som_ref, int> numbers_; // of the row, in the order in which they were first written
	int last_ = 0;                   // of these numbers
	std::size_t memory_ = 0;

public:
	static State &one() {
		static State &s = *new State; // objects may end after whatever is static
		return s;
	}
	void begin() {
		std::lock_guard<std::mutex> guard(lock_);
		row_++;
		living_ = 0;
		memory_ = 0;
		numbers_.clear();
		last_ = 0;
	}
	long made() {
		std::lock_guard<std::mutex> guard(lock_);
		living_++;
		return row_;
	}
	void ended(som_ref o, long row) {
		std::lock_guard<std::mutex> guard(lock_);
		numbers_.erase(o);
		if (row == row_) living_--;
	}
	long living() {
		std::lock_guard<std::mutex> guard(lock_);
		return living_;
	}
	int number(som_ref o) {
		std::lock_guard<std::mutex> guard(lock_);
		const auto at = numbers_.emplace(o, last_ + 1);
		last_ += at.second;
		return at.first->second;
	}
	// How much more memory is in use than when it was last asked, which was 0 before the first time.
	long grown() {
		const struct mallinfo2 m = mallinfo2();
		std::lock_guard<std::mutex> guard(lock_);
		const std::size_t now = m.uordblks + m.hblkhd, before = memory_ ? memory_ : now;
		memory_ = now;
		return static_cast<long>(now) - static_cast<long>(before);
	}
};

// The class as the log has it: the nearest one of this library, and whether the object's is another.
inline std::string class_of(som_ref o) {
	const som_class_info *info = som_class_describe(som_class_of(o));
	for (std::uint32_t i = 0; i < info->norder; i++) {
		const std::string name = som_class_describe(info->order[i])->name;
		if (name.rfind("Suite::", 0) == 0) return (i ? "derived " : "") + name.substr(7);
	}
	return "stranger";
}

inline std::string named(const som::object &o) {
	if (!o) return "nothing";
	return class_of(som::ref(o)) + " " + std::to_string(State::one().number(som::ref(o)));
}

} // namespace Suite

#endif
