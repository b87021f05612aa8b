<?php echo json_encode(["tariff" => 12]);
