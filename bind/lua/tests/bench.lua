-- What calls cost, in one run: the least of many short windows, in ns. It needs the module plain (plain.c), which go test ./bind/lua -run NONE -bench Calls builds.

local dsom = require "dsom"
local plain = require "plain"
local jit = rawget(_G, "jit")

local Animal = dsom.load "Zoo::Animal"
local many = jit and 20000 or 2000

-- The loop is the caller's own, so that a compiler has all of it in a trace.
local function least(window)
  local best = math.huge
  for _ = 1, 300 do
    local begun = os.clock()
    window()
    best = math.min(best, os.clock() - begun)
  end
  return best / many * 1e9
end

local function method(o) return least(function() for _ = 1, many do o:speak(5) end end) end

local Class = {}
Class.__index = Class
function Class:speak(n) return n end

local rows = {}
local function row(what, ns, note) rows[#rows + 1] = ("| %s | %.1f | %s |"):format(what, ns, note or "") end

local own = method(setmetatable({}, Class))
local by_hand = method(plain.Dog())
local animal = Animal()
local ours = method(animal)
if jit then
  local ffi = require "ffi"
  ffi.cdef "int64_t plain_speak(int64_t *said, int64_t n);"
  local library = ffi.load(package.searchpath("plain", package.cpath))
  local said = ffi.new "int64_t[1]"
  local by_ffi = least(function() for _ = 1, many do library.plain_speak(said, 5) end end)
  local entry = ffi.cast("int64_t (*)(void *, void *, int64_t)", animal:som_entry "speak")
  local object, env = ffi.cast("void *", animal:som_address()), ffi.new "uint64_t[8]"
  local same = least(function() for _ = 1, many do entry(object, env, 5) end end)
  row("a C function by the ffi", by_ffi)
  row("the method in C++ by the ffi, its address and the object's written down", same)
  row("a method of a class in C++", ours, ("%.2f × a C function by the ffi, %.2f × that method by it"):format(ours / by_ffi, ours / same))
else
  row("a method of a class in C++", ours, ("%.2f × the one by hand"):format(ours / by_hand))
end
row("a C module written by hand", by_hand)
row("a method of Lua's", own)
local Own = Animal:extend "Own"
function Own:speak(n) return n end
local overridden = Own()
row("C calls an override", least(function() for _ = 1, many do overridden:som_dispatch("speak", 5) end end), "by `som_dispatch`, there and back")
if jit then
  local slow = method(animal)
  row("the method in C++, now that there is a class in Lua", slow, ("%.2f × the one by hand"):format(slow / by_hand))
  dsom.quick(Animal, "speak")
  row("the same with `dsom.quick`", method(animal))
end
print("| call of a method of a number | ns | |\n|---|---|---|\n" .. table.concat(rows, "\n"))
