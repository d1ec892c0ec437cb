# To be sourced: the tests that simulate no hardware and build none, as ctest -R takes them.
quick_tests='^(test_.*|.*_(config|tables|emit|output)_test|synthesis_test|places_test|process_test|runtime_test|tb_build_folder_test|install_test|scripts_test)$'
