# Writes a C++ file with a function that gives every file of a folder, held as raw strings:
#   cmake -DFOLDER=rtl -DFILES=a.sv|b/c.sv -DFUNCTION=libraryFiles -DOUT=x.cpp -P embed_library.cmake
string(REPLACE "|" ";" files "${FILES}")
set(text "#include \"gen/library.hpp\"\n\nnamespace intformer {\n\n")
string(APPEND text "const std::vector<EmittedFile>& ${FUNCTION}() {\n")
string(APPEND text "  static const std::vector<EmittedFile> files = {\n")
foreach(file ${files})
  file(READ ${FOLDER}/${file} body)
  string(APPEND text "{\"${file}\", R\"_sv_(${body})_sv_\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n\n}  // namespace intformer\n")
file(WRITE ${OUT} "${text}")
