"""A standalone Spark cluster with a Thrift Server on one machine: started, watched and stopped."""
