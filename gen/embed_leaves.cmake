# Writes a C++ file that holds every leaf as a raw string:
#   cmake -DLEAVES=a.sv|b.sv -DOUT=x.cpp -P embed_leaves.cmake
string(REPLACE "|" ";" leaves "${LEAVES}")
set(text "#include \"gen/leaves.hpp\"\n\nnamespace intformer {\n\n")
string(APPEND text "const std::vector<Leaf>& allLeaves() {\n")
string(APPEND text "  static const std::vector<Leaf> leaves = {\n")
foreach(leaf ${leaves})
  get_filename_component(module ${leaf} NAME_WE)
  file(READ ${leaf} body)
  string(APPEND text "{\"${module}\", R\"_sv_(${body})_sv_\"},\n")
endforeach()
string(APPEND text "  };\n  return leaves;\n}\n\n}  // namespace intformer\n")
file(WRITE ${OUT} "${text}")
