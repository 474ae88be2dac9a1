-- Uses whatever can be used of a library whose type information is damaged.
local dsom = require "dsom"
for _, name in ipairs { "Zoo::Animal", "Zoo::Dog", "Zoo::Puppy", "Zoo::Echo", "Zoo::Card", "Zoo::TooLoud" } do
  local good, K = pcall(dsom.load, name)
  if good and type(K) == "table" and K.som_new then
    pcall(tostring, K)
    for _, method in ipairs { "speak", "flag", "text", "card", "cards", "food", "herd", "bark", "_get_name" } do
      pcall(dsom.doc, K, method)
      pcall(function() return K()[method](K()) end)
      pcall(function() return K()[method](K(), 1, 2) end)
    end
    local defined, Own = pcall(K.extend, K, "Own")
    if defined then
      pcall(function() function Own:speak(n) return n end end)
      pcall(function() return Own():som_dispatch("speak", 1) end)
    end
  end
end
print "lives"
