# Writes a C++ file that holds the fitted table as a raw string:
#   cmake -DTABLE=coefficients.json -DOUT=x.cpp -P embed_table.cmake
file(READ ${TABLE} body)
file(WRITE ${OUT} "#include \"sw/area/table.hpp\"\n\nnamespace intformer::area {\n\n"
                  "std::string_view embeddedTable() {\n  return R\"_json_(${body})_json_\";\n}\n\n"
                  "}  // namespace intformer::area\n")
